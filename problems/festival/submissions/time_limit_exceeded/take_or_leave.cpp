// Tries both for each concert, to go or not to go, and remembers nothing: 2^80 ways at secret/08-chain.
#include <algorithm>
#include <iostream>
#include <vector>

struct concert {
	long long start, end, joy;
};

static std::vector<concert> concerts;
static long long rest_time;

static long long best(size_t i, long long free)
{
	if (i == concerts.size())
		return 0;
	long long without = best(i + 1, free);
	if (concerts[i].start < free)
		return without;
	return std::max(without, concerts[i].joy + best(i + 1, concerts[i].end + rest_time));
}

int main()
{
	size_t n;
	std::cin >> n >> rest_time;
	concerts.resize(n);
	for (concert &c : concerts)
		std::cin >> c.start >> c.end >> c.joy;
	std::sort(concerts.begin(), concerts.end(), [](const concert &a, const concert &b) { return a.start < b.start; });
	std::cout << best(0, 0) << '\n';
}
