program slow;
begin
	while true do;
end.
