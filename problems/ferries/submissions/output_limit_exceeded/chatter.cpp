// Lists all ways, round trips included.
// @EXPECTED_RESULTS@: OUTPUT-LIMIT
#include <iostream>
#include <string>

int main()
{
	std::ios::sync_with_stdio(false);
	const std::string block(1 << 16, '1');

	while (std::cout << block << '\n')
		;
	return 1;
}
