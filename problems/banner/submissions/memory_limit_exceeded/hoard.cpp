// Keeps everything for ever, in a vector of vectors that grows until it is stopped.
// @EXPECTED_RESULTS@: MEMORY-LIMIT
#include <cstddef>
#include <vector>

int main()
{
	const std::size_t block_size = 16u << 20;
	std::vector<std::vector<char>> blocks;

	while (true)
		blocks.emplace_back(block_size, 'x');
}
