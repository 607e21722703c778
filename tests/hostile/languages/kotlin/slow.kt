fun main() {
	while (true) {
	}
}
