#include <iostream>
#include <vector>

int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n, m, remainder = 0, longest = 0, start = 0;
	std::cin >> n >> m;
	std::vector<int> first(m, -1);

	first[0] = 0;
	for (int i = 1; i <= n; i++) {
		int change;
		std::cin >> change;
		remainder = ((remainder + change) % m + m) % m;
		if (first[remainder] < 0) {
			first[remainder] = i;
		} else if (i - first[remainder] > longest) {
			longest = i - first[remainder];
			start = first[remainder] + 1;
		}
	}
	std::cout << longest << ' ' << start << '\n';
}
