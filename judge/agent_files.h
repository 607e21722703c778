/* agent_files.h -- the folders of a container that the agent fills: the program's (/work) and the
 * jury's data (/data), and what is packed from them when a step has ended. */
#ifndef AGENT_FILES_H
#define AGENT_FILES_H

#include "base/base.h"
#include "base/err.h"

#define WORK_FOLDER     "/work"
#define DATA_FOLDER     "/data"
#define FEEDBACK_FOLDER DATA_FOLDER "/feedback"

struct agent_files {
	bool work, data, feedback; /* something is mounted there */
};

/* A fresh tmpfs on /work with the files of an archive; for a compiler (of `bytes`) it is writable,
 * else read-only (bytes 0). */
int files_load(struct agent_files *f, int archive, int64_t bytes, struct err *err);
int files_unload(struct agent_files *f, struct err *err);
/* /data with copies of input and answer, and a feedback folder with the files of the archive
 * (-1: none) but for nextpass.in. */
int files_mount_data(struct agent_files *f, int input, int answer, int feedback, struct err *err);
int files_unmount_data(struct agent_files *f, struct err *err);
/* Writes what a step left as an archive to the descriptor `out`; all of its processes are dead.
 * -ERR_INPUT: too much. */
int files_pack_work(int out, struct err *err);
int files_pack_feedback(int out, struct err *err);

#endif
