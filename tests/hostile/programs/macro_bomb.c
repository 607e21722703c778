// 10^12 words.
// expect: compile memory limit
// options: compile_memory_mib=128 compile_cpu_ms=60000
#define A x x x x x x x x x x
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
#define G F F F F F F F F F F
#define H G G G G G G G G G G
int main(void)
{
	return #H H;
}
