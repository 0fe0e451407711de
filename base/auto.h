/*
 * PK_AUTO: objects that hold an outside resource and are closed when their scope ends.
 *
 * `PK_AUTO(pk_file) *file = ...` calls pk_file_auto on leaving the scope. A type opts in with
 * PK_AUTO_DEFINE(pk_file, pk_file_close). `pk_steal(&file)` gives the object away.
 */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#define PK_AUTO(type) __attribute__((cleanup(type##_auto))) struct type

#define PK_AUTO_DEFINE(type, destroy)                                                              \
	static inline void type##_auto(struct type **object)                                       \
	{                                                                                          \
		destroy(*object);                                                                  \
	}                                                                                          \
	struct type

#define pk_steal(object)                                                                           \
	__extension__({                                                                            \
		__typeof__(*(object)) pk_stolen_ = *(object);                                      \
		*(object) = NULL;                                                                  \
		pk_stolen_;                                                                        \
	})

#endif
