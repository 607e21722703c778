// @EXPECTED_RESULTS@: COMPILER-ERROR
#include <iostream>

int main()
{
	const int longest = 0;

	std::cin >> longest;
	std::cout << longest << " 1\n";
}
