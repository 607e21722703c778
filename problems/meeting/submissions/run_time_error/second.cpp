// Starts with the second rider, who does not exist at secret/01-alone: std::out_of_range.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <vector>

int main()
{
	int n;
	std::cin >> n;
	std::vector<double> position(n), speed(n);
	for (int i = 0; i < n; i++)
		std::cin >> position[i] >> speed[i];

	double longest = std::abs(position.at(1) - position.at(0)) / (speed.at(1) + speed.at(0));
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			longest = std::max(longest, std::abs(position[i] - position[j]) / (speed[i] + speed[j]));
	std::cout << std::setprecision(12) << longest << '\n';
}
