// A validator may recurse as deep as its memory goes.
static int dive(int n)
{
	volatile char frame[1024];

	frame[0] = (char)n;
	return n == 0 ? 0 : dive(n - 1) + frame[0] - frame[0];
}

int main(void)
{
	return 42 + dive(60000);
}
