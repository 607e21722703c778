// Neither 42 nor 43.
int main(void)
{
	return 0;
}
