// @EXPECTED_RESULTS@: COMPILER-ERROR
#include <iostream>

int main()
{
	auto cost = [](long long length) -> long long { return length * length; };

	std::cout << cost(1, 2) << '\n';
}
