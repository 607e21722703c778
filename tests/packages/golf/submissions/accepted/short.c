int main() {
	int a, s = 0;
	while (scanf("%d", &a) > 0) s += a;
	printf("%d", s);
}
