// Forgets to fall back after a mismatch and tries the same two notes for ever: sample/1.
#include <iostream>
#include <string>
#include <vector>

int main()
{
	std::string s;
	std::cin >> s;
	int n = (int)s.size();
	std::vector<int> border(n + 1, 0);

	for (int i = 1, k = 0; i < n;) {
		volatile bool same = s[i] == s[k];
		if (same)
			border[++i] = ++k;
		else if (k == 0)
			k = border[k];
	}
	int period = n - border[n];
	std::cout << period << '\n' << (n % period == 0 ? "yes" : "no") << '\n';
}
