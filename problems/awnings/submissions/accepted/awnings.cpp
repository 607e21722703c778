#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>

struct line {
	long long slope, offset;
	long long at(long long x) const { return slope * x + offset; }
};

/* A Li Chao tree over all positions: insert a line, ask for the lowest at a point. */
class lowest {
public:
	explicit lowest(int points) : size(points), tree(4 * points, { 0, (long long)4e18 }) {}

	void insert(line added)
	{
		int node = 1, from = 0, to = size - 1;

		while (true) {
			int middle = (from + to) / 2;
			if (added.at(middle) < tree[node].at(middle))
				std::swap(added, tree[node]);
			if (from == to)
				return;
			if (added.at(from) < tree[node].at(from)) {
				node = 2 * node;
				to = middle;
			} else if (added.at(to) < tree[node].at(to)) {
				node = 2 * node + 1;
				from = middle + 1;
			} else {
				return;
			}
		}
	}

	long long at(long long x) const
	{
		int node = 1, from = 0, to = size - 1;
		long long value = tree[node].at(x);

		while (from < to) {
			int middle = (from + to) / 2;
			node = 2 * node + (x > middle);
			if (x > middle)
				from = middle + 1;
			else
				to = middle;
			value = std::min(value, tree[node].at(x));
		}
		return value;
	}

private:
	int size;
	std::vector<line> tree;
};

int main()
{
	std::ios::sync_with_stdio(false);
	std::cin.tie(nullptr);
	int n;
	long long c, best = 0;
	std::cin >> n >> c;
	lowest lines(1000001);

	while (n-- > 0) {
		long long x;
		std::cin >> x;
		lines.insert({ -2 * x, best + x * x });
		best = lines.at(x) + x * x + c;
	}
	std::cout << best << '\n';
}
