// Takes -3 and 2 for different remainders modulo 5: wrong at secret/09-random.
#include <iostream>
#include <map>

int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n, m, remainder = 0, longest = 0, start = 0;
	std::map<int, int> first;
	std::cin >> n >> m;

	first[0] = 0;
	for (int i = 1; i <= n; i++) {
		int change;
		std::cin >> change;
		remainder = (remainder + change) % m;
		auto [seen, is_new] = first.emplace(remainder, i);
		if (!is_new && i - seen->second > longest) {
			longest = i - seen->second;
			start = seen->second + 1;
		}
	}
	std::cout << longest << ' ' << start << '\n';
}
