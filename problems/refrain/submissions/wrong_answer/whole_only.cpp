// Tries only lengths that divide the length of the string: wrong at sample/1.
#include <iostream>
#include <string>

int main()
{
	std::string s;
	std::cin >> s;
	size_t n = s.size(), period = 1;

	while (n % period != 0 || s.compare(period, n - period, s, 0, n - period) != 0)
		period++;
	std::cout << period << "\nyes\n";
}
