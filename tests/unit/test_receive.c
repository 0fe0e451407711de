/* Receiving datagrams: all that come, who sent them, how many were lost, and ports that cannot be
 * had. */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "templates/monster/receive.h"

static struct pk_receiver *open_at(
	struct pk_arena *arena, struct pk_diags *diags, const struct pk_receive_options *options)
{
	*diags = (struct pk_diags){.arena = arena};
	return pk_receiver_open(options, diags);
}

static void send_to(uint16_t port, const void *bytes, size_t len)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, bytes, len, 0, (struct sockaddr *)&to, sizeof(to)), len);
	close(fd);
}

static void wait_for(struct pk_receiver *receiver)
{
	struct pollfd fd = {.fd = pk_receiver_fd(receiver), .events = POLLIN};
	assert_int_equal(poll(&fd, 1, 10000), 1);
}

static void what_was_sent_is_received(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.buffer = 100000};
	PK_AUTO(pk_receiver) *receiver = open_at(arena, &diags, &options);
	const struct pk_datagram *came;
	(void)state;
	assert_non_null(receiver);
	assert_true(pk_receiver_port(receiver) > 0);
	assert_int_equal(pk_receiver_take(&came, receiver), 0);
	send_to(pk_receiver_port(receiver), "one", 3);
	wait_for(receiver);
	assert_int_equal(pk_receiver_take(&came, receiver), 1);
	assert_int_equal(came->len, 3);
	assert_memory_equal(came->bytes, "one", 3);
	assert_string_equal(came->sender, "127.0.0.1");
	assert_false(came->cut);
	send_to(pk_receiver_port(receiver), "", 0);
	wait_for(receiver);
	assert_int_equal(pk_receiver_take(&came, receiver), 1);
	assert_int_equal(came->len, 0);
	struct pk_receive_count count = pk_receiver_count(receiver);
	assert_int_equal(count.datagrams, 2);
	assert_int_equal(count.bytes, 3);
	assert_int_equal(count.lost, 0);
}

static void the_largest_datagram_is_whole(void **state)
{
	enum { LARGEST = 65507 };
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.address = "127.0.0.1"};
	PK_AUTO(pk_receiver) *receiver = open_at(arena, &diags, &options);
	const struct pk_datagram *came;
	char *bytes = malloc(LARGEST);
	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', LARGEST);
	bytes[LARGEST - 1] = 'y';
	send_to(pk_receiver_port(receiver), bytes, LARGEST);
	free(bytes);
	wait_for(receiver);
	assert_int_equal(pk_receiver_take(&came, receiver), 1);
	assert_int_equal(came->len, LARGEST);
	assert_int_equal(came->bytes[LARGEST - 1], 'y');
	assert_false(came->cut);
}

static void what_the_system_throws_away_is_counted(void **state)
{
	enum { SENT = 2000, BYTES = 1000 };
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.address = "127.0.0.1", .buffer = 50000};
	PK_AUTO(pk_receiver) *receiver = open_at(arena, &diags, &options);
	const struct pk_datagram *came;
	char bytes[BYTES] = {0};
	size_t received = 0;
	size_t count;
	(void)state;
	for (int i = 0; i < SENT; i++)
		send_to(pk_receiver_port(receiver), bytes, sizeof(bytes));
	/* Known before anything is read, and the same afterwards. */
	uint64_t lost = pk_receiver_count(receiver).lost;
	assert_true(lost > 0);
	while ((count = pk_receiver_take(&came, receiver)) > 0)
		received += count;
	assert_int_equal(pk_receiver_count(receiver).lost, lost);
	assert_int_equal(received + lost, SENT);
	send_to(pk_receiver_port(receiver), "x", 1);
	wait_for(receiver);
	pk_receiver_take(&came, receiver);
	assert_int_equal(pk_receiver_count(receiver).lost, lost);
}

static void a_port_that_is_taken_is_reported(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.buffer = 100000};
	PK_AUTO(pk_receiver) *first = open_at(arena, &diags, &options);
	(void)state;
	options.port = pk_receiver_port(first);
	assert_null(open_at(arena, &diags, &options));
	assert_int_equal(diags.all.len, 1);
	assert_int_equal(diags.all.items[0].code, PK_LISTEN_TAKEN);
}

static void an_address_of_others_is_reported(void **state)
{
	static const char *const addresses[] = {"192.0.2.77", "no-address", "2001:db8::77"};
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags diags;
		struct pk_receive_options options = {.address = addresses[i]};
		assert_null(open_at(arena, &diags, &options));
		enum pk_code code = diags.all.items[0].code;
		/* Without IPv6 there is another word for it. */
		assert_true(code == PK_LISTEN_ADDRESS || (i == 2 && code == PK_LISTEN_FAILED));
	}
}

/* Root takes another user's place for it; a system may let everybody have all ports. */
static void a_port_for_root_is_reported(void **state)
{
	enum { NOBODY = 65534 };
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.address = "127.0.0.1", .port = 1};
	bool root = geteuid() == 0 && seteuid(NOBODY) == 0;
	(void)state;
	PK_AUTO(pk_receiver) *receiver = open_at(arena, &diags, &options);
	if (root)
		assert_int_equal(seteuid(0), 0);
	if (receiver == NULL)
		assert_int_equal(diags.all.items[0].code, PK_LISTEN_REFUSED);
}

static void a_system_without_descriptors_is_reported(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.address = "127.0.0.1"};
	struct rlimit before;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	struct pk_receiver *receiver = open_at(arena, &diags, &options);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_null(receiver);
	assert_int_equal(diags.all.items[0].code, PK_LISTEN_FAILED);
}

/* More than the system gives to anybody, root included. */
static void a_smaller_buffer_than_asked_for_is_reported(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags;
	struct pk_receive_options options = {.address = "127.0.0.1", .buffer = UINT32_MAX};
	PK_AUTO(pk_receiver) *receiver = open_at(arena, &diags, &options);
	(void)state;
	assert_non_null(receiver);
	assert_true(pk_receiver_buffer(receiver) < UINT32_MAX);
	assert_int_equal(diags.all.len, 1);
	assert_int_equal(diags.all.items[0].code, PK_LISTEN_BUFFER);
	assert_non_null(diags.all.items[0].hint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sent_is_received),
		cmocka_unit_test(the_largest_datagram_is_whole),
		cmocka_unit_test(what_the_system_throws_away_is_counted),
		cmocka_unit_test(a_port_that_is_taken_is_reported),
		cmocka_unit_test(an_address_of_others_is_reported),
		cmocka_unit_test(a_port_for_root_is_reported),
		cmocka_unit_test(a_system_without_descriptors_is_reported),
		cmocka_unit_test(a_smaller_buffer_than_asked_for_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
