fun main() {
	println(undeclared)
}
