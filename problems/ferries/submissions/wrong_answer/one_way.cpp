// Takes the lines for one-way lines: wrong at secret/01-one-line.
#include <functional>
#include <iostream>
#include <queue>
#include <utility>
#include <vector>

int main()
{
	using place = std::pair<long long, int>;
	int n, m;
	std::cin >> n >> m;
	std::vector<std::vector<std::pair<int, int>>> lines(n + 1);
	while (m-- > 0) {
		int a, b, c;
		std::cin >> a >> b >> c;
		lines[a].emplace_back(b, c);
	}
	std::vector<bool> done(2 * n + 2, false);
	std::priority_queue<place, std::vector<place>, std::greater<>> queue;
	queue.emplace(0, 2);
	while (!queue.empty()) {
		auto [cost, at] = queue.top();
		queue.pop();
		if (done[at])
			continue;
		done[at] = true;
		if (at / 2 == n) {
			std::cout << cost << '\n';
			return 0;
		}
		for (auto [other, fare] : lines[at / 2]) {
			queue.emplace(cost + fare, 2 * other + at % 2);
			if (at % 2 == 0)
				queue.emplace(cost, 2 * other + 1);
		}
	}
	std::cout << "impossible\n";
}
