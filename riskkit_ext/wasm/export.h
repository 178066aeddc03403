/* Functions that a page may call keep their names in the binary. */
#ifndef RISKKIT_EXPORT_H
#define RISKKIT_EXPORT_H

#define EXPORT(name) __attribute__((export_name(#name))) name

#endif
