program broken;
begin
	writeln(undeclared);
end.
