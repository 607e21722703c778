#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <tuple>
#include <vector>

/* From the last beginning to the first: best[t] is the greatest joy of concerts that begin at t or later. */
int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n, rest;
	std::cin >> n >> rest;
	std::vector<std::tuple<long long, long long, long long>> concerts(n);
	for (auto &[start, end, joy] : concerts)
		std::cin >> start >> end >> joy;
	std::sort(concerts.rbegin(), concerts.rend());

	std::map<long long, long long> best;
	long long so_far = 0;
	for (const auto &[start, end, joy] : concerts) {
		auto next = best.lower_bound(end + rest);
		so_far = std::max(so_far, joy + (next == best.end() ? 0 : next->second));
		best[start] = so_far;
	}
	std::cout << so_far << '\n';
}
