// std::stoi throws std::out_of_range at secret/05-beyond-unsigned, and nobody catches it.
#include <iostream>
#include <string>

int main()
{
	std::string a, b;

	std::cin >> a >> b;
	std::cout << static_cast<long long>(std::stoi(a)) + std::stoi(b) << '\n';
}
