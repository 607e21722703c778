// A program that runs while it is compiled.
// expect: compile cpu limit
// options: compile_cpu_ms=1000
constexpr int endless()
{
	int n = 0;
	for (int i = 0; i < 200000; i++)
		n += i & 1;
	return n;
}
template <int N> constexpr int again()
{
	if constexpr (N == 0)
		return 0;
	else
		return endless() + N + again<N - 1>();
}
constexpr int all = again<800>();
int main()
{
	return all == 0;
}
