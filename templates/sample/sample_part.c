#include "templates/sample/sample_part.h"

#include <string.h>

uint64_t pk_sample_state(const struct pk_sample_options *options, uint64_t index)
{
	return options->seed ^ (index + 1) * 0xd1342543de82ef95;
}

/* SplitMix64. */
uint64_t pk_sample_roll(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

int64_t pk_sample_time(const struct pk_sample_options *options, uint64_t *state)
{
	uint64_t span = (uint64_t)(options->span_ms > 0 ? options->span_ms : PK_SAMPLE_HOUR_MS);
	return options->now_ms - (int64_t)(pk_sample_roll(state) % span);
}

void pk_sample_put_text(struct pk_buf *buf, const char *text, const char *hexadecimal,
	const char *decimal, uint64_t *state)
{
	for (; *text != '\0'; text++) {
		if (*text == '#')
			pk_buf_putc(buf, hexadecimal[pk_sample_roll(state) % strlen(hexadecimal)]);
		else if (*text == '@')
			pk_buf_putc(buf, decimal[pk_sample_roll(state) % strlen(decimal)]);
		else
			pk_buf_putc(buf, *text);
	}
}
