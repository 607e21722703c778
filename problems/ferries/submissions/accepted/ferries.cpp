#include <algorithm>
#include <functional>
#include <iostream>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

using Cost = long long;
using Map = std::vector<std::vector<std::pair<int, Cost>>>;

static const Cost FAR = std::numeric_limits<Cost>::max() / 4;

static std::vector<Cost> costs_from(const Map &map, int source)
{
	std::vector<Cost> costs(map.size(), FAR);
	std::priority_queue<std::pair<Cost, int>, std::vector<std::pair<Cost, int>>, std::greater<>> queue;

	costs[source] = 0;
	queue.emplace(0, source);
	while (!queue.empty()) {
		auto [cost, island] = queue.top();
		queue.pop();
		if (cost > costs[island])
			continue;
		for (auto [other, fare] : map[island]) {
			if (cost + fare < costs[other]) {
				costs[other] = cost + fare;
				queue.emplace(costs[other], other);
			}
		}
	}
	return costs;
}

/* The free ride goes from a to b: pay from island 1 to a and from b to island n. */
int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n, m;
	std::cin >> n >> m;
	Map map(n + 1);
	while (m-- > 0) {
		int a, b, c;
		std::cin >> a >> b >> c;
		map[a].emplace_back(b, c);
		map[b].emplace_back(a, c);
	}
	std::vector<Cost> there = costs_from(map, 1), back = costs_from(map, n);
	Cost best = FAR;
	for (int a = 1; a <= n; a++)
		for (auto [b, fare] : map[a])
			best = std::min(best, there[a] + back[b]);
	if (best == FAR)
		std::cout << "impossible\n";
	else
		std::cout << best << '\n';
}
