// @EXPECTED_RESULTS@: COMPILER-ERROR
#include <iostream>
#include "frame_of_asterisks.h"

int main()
{
	std::cout << frame() << '\n';
}
