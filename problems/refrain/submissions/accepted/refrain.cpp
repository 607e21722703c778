#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

/* The Z function: a shift is a period if the string agrees with itself from there to its end. */
int main()
{
	std::string s;
	std::cin >> s;
	int n = (int)s.size();
	std::vector<int> z(n + 1, 0);
	int period = n;

	for (int i = 1, from = 0, to = 0; i < n; i++) {
		if (i < to)
			z[i] = std::min(to - i, z[i - from]);
		while (i + z[i] < n && s[z[i]] == s[i + z[i]])
			z[i]++;
		if (i + z[i] > to) {
			from = i;
			to = i + z[i];
		}
		if (i + z[i] == n) {
			period = i;
			break;
		}
	}
	std::cout << period << '\n' << (n % period == 0 ? "YES" : "NO") << '\n';
}
