#include <vector>
int main()
{
	std::vector<std::vector<int>> all;
	for (;;)
		all.push_back(std::vector<int>(1 << 18, 1));
}
