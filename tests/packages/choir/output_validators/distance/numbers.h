#pragma once
#include <cstdio>

// The next number of the team, or -1.
inline int next_number()
{
	int x;

	return scanf("%d", &x) == 1 ? x : -1;
}
