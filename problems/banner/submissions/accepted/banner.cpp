#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main()
{
	std::string line;
	std::getline(std::cin, line);
	std::vector<std::string> lines(std::stoi(line));
	size_t widest = 0;

	for (std::string &text : lines) {
		std::getline(std::cin, text);
		widest = std::max(widest, text.size());
	}
	std::string edge(widest + 4, '*');
	std::cout << edge << '\n';
	for (const std::string &text : lines) {
		size_t room = widest - text.size();
		std::cout << "* " << std::string(room / 2, ' ') << text << std::string(room - room / 2, ' ') << " *\n";
	}
	std::cout << edge << '\n';
}
