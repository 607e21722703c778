#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <vector>

struct rider {
	double position, speed;
};

static double greatest_ride(const std::vector<rider> &riders, double point)
{
	double time = 0;

	for (const rider &r : riders)
		time = std::max(time, std::abs(r.position - point) / r.speed);
	return time;
}

/* The time as a function of the place to meet is convex; the place is found by ternary search. */
int main()
{
	int n;
	std::cin >> n;
	std::vector<rider> riders(n);
	double left = 1e9, right = -1e9;

	for (rider &r : riders) {
		std::cin >> r.position >> r.speed;
		left = std::min(left, r.position);
		right = std::max(right, r.position);
	}
	for (int round = 0; round < 120; round++) {
		double a = left + (right - left) / 3, b = right - (right - left) / 3;
		if (greatest_ride(riders, a) < greatest_ride(riders, b))
			right = b;
		else
			left = a;
	}
	std::cout << std::scientific << std::setprecision(12) << greatest_ride(riders, left) << '\n';
}
