// The compiler's words are cut off; the program is fine.
// expect: compile exited 1
// output: the rest of the output is left out
#define A x x x x x x x x x x
#define B A; A; A; A; A; A; A; A; A; A;
#define C B B B B B B B B B B
#define D C C C C C C C C C C
int main(void)
{
	D D D D D
}
