#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

// Exit codes of an output validator, and the files that a judge and the team read.
enum { ACCEPTED = 42, WRONG = 43 };

inline void say(const char *folder, const char *name, const std::string &what)
{
	FILE *f = fopen((std::string(folder) + "/" + name).c_str(), "w");

	if (f) {
		fputs(what.c_str(), f);
		fclose(f);
	}
}

inline void leave(const char *folder, int code, const std::string &why)
{
	say(folder, "judgemessage.txt", why);
	exit(code);
}
