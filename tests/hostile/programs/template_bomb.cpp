// expect: compile cpu limit
// options: compile_cpu_ms=1000 compile_memory_mib=2048
template <int A, int B> struct X {
	enum { v = X<A - 1, B * 2>::v + X<A - 1, B * 2 + 1>::v };
};
template <int B> struct X<0, B> {
	enum { v = 1 };
};
int main()
{
	return X<26, 1>::v;
}
