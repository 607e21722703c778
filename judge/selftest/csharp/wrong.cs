using System;

class Program {
	static void Main() {
		string[] words = Console.ReadLine().Split(' ');
		int sum = int.Parse(words[0]) + int.Parse(words[1]) + 1;
		Console.WriteLine(sum);
	}
}
