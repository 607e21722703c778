// Extends an awning as long as that is cheaper than a new one: wrong at secret/07-small.
#include <iostream>

int main()
{
	long long n, c, x, first = 0, last = 0, total = 0;

	std::cin >> n >> c;
	for (long long i = 0; i < n; i++) {
		std::cin >> x;
		if (i > 0 && (x - first) * (x - first) - (last - first) * (last - first) <= c) {
			total += (x - first) * (x - first) - (last - first) * (last - first);
		} else {
			total += c;
			first = x;
		}
		last = x;
	}
	std::cout << total << '\n';
}
