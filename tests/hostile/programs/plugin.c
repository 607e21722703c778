// A compiler's plugin cannot be asked for from within.
// expect: run exited 0
#pragma GCC optimize("-fplugin=/usr/lib/evil.so")
#pragma GCC plugin "/usr/lib/evil.so"
__attribute__((optimize("plugin=/usr/lib/evil.so"))) int main(void)
{
	return 0;
}
