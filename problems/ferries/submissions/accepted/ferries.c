#include <stdio.h>

/*
 * Dijkstra on the places 2i (island i, voucher at hand) and 2i + 1 (voucher
 * used). The heap may hold a place several times; only its first pop counts.
 */

#define MOST_PLACES 40002
#define MOST_LINES 60000
#define HEAP_SIZE (6 * MOST_LINES + 2)

struct item {
	long long cost;
	int place;
};

static int head[MOST_PLACES / 2], next[2 * MOST_LINES], to[2 * MOST_LINES], fare[2 * MOST_LINES];
static char done[MOST_PLACES];
static struct item heap[HEAP_SIZE];
static int heap_count;

static void push(long long cost, int place)
{
	int i = ++heap_count;

	for (; i > 1 && heap[i / 2].cost > cost; i /= 2)
		heap[i] = heap[i / 2];
	heap[i] = (struct item){ cost, place };
}

static struct item pop(void)
{
	struct item top = heap[1], last = heap[heap_count--];
	int i = 1;

	for (int child = 2; child <= heap_count; child = 2 * i) {
		if (child < heap_count && heap[child + 1].cost < heap[child].cost)
			child++;
		if (heap[child].cost >= last.cost)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return top;
}

static void add_line(int index, int a, int b, int c)
{
	to[index] = b;
	fare[index] = c;
	next[index] = head[a];
	head[a] = index;
}

static void go_on(struct item from)
{
	for (int e = head[from.place / 2]; e >= 0; e = next[e]) {
		int used = from.place % 2;
		if (!done[2 * to[e] + used])
			push(from.cost + fare[e], 2 * to[e] + used);
		if (!used && !done[2 * to[e] + 1])
			push(from.cost, 2 * to[e] + 1);
	}
}

int main(void)
{
	int n, m;

	if (scanf("%d %d", &n, &m) != 2)
		return 1;
	for (int i = 0; i <= n; i++)
		head[i] = -1;
	for (int i = 0; i < m; i++) {
		int a, b, c;
		if (scanf("%d %d %d", &a, &b, &c) != 3)
			return 1;
		add_line(2 * i, a, b, c);
		add_line(2 * i + 1, b, a, c);
	}
	push(0, 2);
	while (heap_count > 0) {
		struct item top = pop();
		if (done[top.place])
			continue;
		done[top.place] = 1;
		if (top.place / 2 == n) {
			printf("%lld\n", top.cost);
			return 0;
		}
		go_on(top);
	}
	printf("impossible\n");
	return 0;
}
