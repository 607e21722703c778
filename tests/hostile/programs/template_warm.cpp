// expect: run exited 0
// options: cpu_ms=1000
#include <bits/stdc++.h>
int main()
{
	std::map<std::string, int> m;
	std::cout << m["x"] << std::endl;
}
