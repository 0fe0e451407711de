/* Lines of /proc/net/udp: none is read past its end, and what is read is in range. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "templates/cluster/doctor_udp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pk_doctor_udp socket = {.port = 1, .waiting = 2, .user = 3, .lost = 4};
	/* A copy of exactly this size, so that a byte too far is seen. */
	char *line = malloc(size == 0 ? 1 : size);
	memcpy(line, data, size);
	bool found = pk_doctor_udp_parse(&socket, line, size);
	/* What is not read is not touched. */
	bool untouched =
		socket.port == 1 && socket.waiting == 2 && socket.user == 3 && socket.lost == 4;
	if (!found && !untouched)
		abort();
	free(line);
	return 0;
}
