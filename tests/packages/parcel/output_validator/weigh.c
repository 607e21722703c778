#include <stdio.h>
#include <string.h>

/* weigh input answer feedback/ [part] < output: what the parcel weighs; of what it could, where part
 * of the points may be given */
int main(int argc, char **argv)
{
	char path[4096];
	int capacity, n, best, k, sum = 0, weights[100], used[100] = {0};
	FILE *in = argc > 3 ? fopen(argv[1], "r") : NULL;
	FILE *answer = in ? fopen(argv[2], "r") : NULL;
	FILE *score;

	if (!answer || fscanf(in, "%d %d", &capacity, &n) != 2 || n > 100 ||
	        fscanf(answer, "%d", &best) != 1)
		return 1;
	for (int i = 0; i < n; i++)
		if (fscanf(in, "%d", &weights[i]) != 1)
			return 1;
	while (scanf("%d", &k) == 1) {
		if (k < 1 || k > n || used[k - 1]++)
			return 43;
		sum += weights[k - 1];
	}
	if (!feof(stdin) || sum > capacity)
		return 43;
	if (argc < 5)
		return 42;
	snprintf(path, sizeof(path), "%s/score_multiplier.txt", argv[3]);
	score = fopen(path, "w");
	if (!score)
		return 1;
	fprintf(score, "%.6f\n", (double)sum / best);
	fclose(score);
	return 42;
}
