// A parser's stack.
// expect: compile memory limit
// options: compile_memory_mib=128 compile_cpu_ms=60000
#define A(x) ((((((((((x))))))))))
#define B(x) A(A(A(A(A(A(A(A(A(A(x))))))))))
#define C(x) B(B(B(B(B(B(B(B(B(B(x))))))))))
#define D(x) C(C(C(C(C(C(C(C(C(C(x))))))))))
#define E(x) D(D(D(D(D(D(D(D(D(D(x))))))))))
#define F(x) E(E(E(E(E(E(E(E(E(E(x))))))))))
int main(void)
{
	return F(undeclared);
}
