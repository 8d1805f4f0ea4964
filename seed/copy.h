/* Streams seeded rows into a table with COPY: made line by line, sent in pieces, so that memory
 * does not depend on how many there are. */
#ifndef SEED_COPY_H
#define SEED_COPY_H

#include <stdint.h>

#include "base/err.h"
#include "seed/db.h"
#include "seed/tables.h"

/* Copies all rows of the table. `*seconds`: from the statement to the server's word that it has
 * them all. On a terminal a line on stderr shows how far it is. Fails with db->failure, also when
 * the server counts another number of rows than were sent. */
MUST_CHECK enum err copy_table(struct db *db, const struct table *table, struct table_maker *maker,
                               double *seconds, struct err_msg *msg);

#endif
