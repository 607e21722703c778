/* importer.h -- the thread of a judge host that imports problem packages which came over HTTP, and
 * fetches the test data of contests ahead of their start. */
#ifndef IMPORTER_H
#define IMPORTER_H

/* arg is the struct worker; ends when it is done. */
void *importer_run(void *arg);

#endif
