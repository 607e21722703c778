program selftest;
var
	a, b: longint;
begin
	readln(a, b);
	writeln(a + b + 1);
end.
