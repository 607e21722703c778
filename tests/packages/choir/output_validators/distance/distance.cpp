#include "numbers.h"

int main()
{
	for (int last = -9, x; (x = next_number()) >= 0; last = x)
		if (x == last + 1 || x == last - 1)
			return 43;
	return 42;
}
