#include "fleet/rollout/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
	MS = 1000,
	NS_PER_MS = 1000000,
	EVENTS = 256, /* taken at once */
	ROOM = 64,
};

struct pk_loop {
	int poll;
	struct pk_loop_item **owners; /* by descriptor: who watched it last */
	size_t owner_count;
	struct pk_loop_item **times; /* a heap */
	size_t time_count;
	size_t time_room;
	struct pk_loop_item *first_ready;
	struct pk_loop_item *last_ready;
	size_t ready_count;
};

static void *grow(void *items, size_t count, size_t size)
{
	void *memory = realloc(items, count * size);
	if (memory == NULL)
		abort(); /* out of memory ends the process */
	return memory;
}

struct pk_loop *pk_loop_create(void)
{
	int poll = epoll_create1(EPOLL_CLOEXEC);
	if (poll < 0)
		return NULL;
	struct pk_loop *loop = calloc(1, sizeof(*loop));
	if (loop == NULL)
		abort();
	loop->poll = poll;
	return loop;
}

void pk_loop_destroy(struct pk_loop *loop)
{
	if (loop == NULL)
		return;
	close(loop->poll);
	free(loop->owners);
	free(loop->times);
	free(loop);
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * MS + now.tv_nsec / NS_PER_MS;
}

uint64_t pk_loop_now_ms(void)
{
	return (uint64_t)read_clock(CLOCK_MONOTONIC);
}

int64_t pk_loop_time_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

void pk_loop_init_item(struct pk_loop_item *item)
{
	*item = (struct pk_loop_item){.fd = -1, .at_ms = PK_NEVER, .place = SIZE_MAX};
}

/* --- Times --- */

static void set_place(struct pk_loop *loop, size_t place, struct pk_loop_item *item)
{
	loop->times[place] = item;
	item->place = place;
}

/* Moves the item at `place` to where it belongs. */
static void sift(struct pk_loop *loop, size_t place)
{
	struct pk_loop_item *item = loop->times[place];
	while (place > 0 && item->at_ms < loop->times[(place - 1) / 2]->at_ms) {
		set_place(loop, place, loop->times[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * place + 1;
		if (child >= loop->time_count)
			break;
		if (child + 1 < loop->time_count &&
			loop->times[child + 1]->at_ms < loop->times[child]->at_ms)
			child++;
		if (loop->times[child]->at_ms >= item->at_ms)
			break;
		set_place(loop, place, loop->times[child]);
		place = child;
	}
	set_place(loop, place, item);
}

static void set_time(struct pk_loop *loop, struct pk_loop_item *item, uint64_t at_ms)
{
	size_t place = item->place;
	item->at_ms = at_ms;
	if (at_ms != PK_NEVER && place != SIZE_MAX) {
		sift(loop, place);
	} else if (at_ms != PK_NEVER) {
		if (loop->time_count == loop->time_room) {
			loop->time_room = loop->time_room * 2 + ROOM;
			loop->times = grow(loop->times, loop->time_room, sizeof(*loop->times));
		}
		set_place(loop, loop->time_count++, item);
		sift(loop, item->place);
	} else if (place != SIZE_MAX) {
		struct pk_loop_item *last = loop->times[--loop->time_count];
		item->place = SIZE_MAX;
		if (last == item)
			return;
		set_place(loop, place, last);
		sift(loop, place);
	}
}

/* --- Descriptors --- */

static bool owns(const struct pk_loop *loop, const struct pk_loop_item *item)
{
	return item->fd >= 0 && (size_t)item->fd < loop->owner_count &&
		loop->owners[item->fd] == item;
}

static void drop_fd(struct pk_loop *loop, struct pk_loop_item *item)
{
	if (owns(loop, item)) {
		loop->owners[item->fd] = NULL;
		epoll_ctl(loop->poll, EPOLL_CTL_DEL, item->fd, NULL);
	}
	item->fd = -1;
}

static void set_owner(struct pk_loop *loop, int fd, struct pk_loop_item *item)
{
	size_t count = (size_t)fd + 1;
	if (count > loop->owner_count) {
		count = count * 2 + ROOM;
		loop->owners = grow(loop->owners, count, sizeof(struct pk_loop_item *));
		while (loop->owner_count < count)
			loop->owners[loop->owner_count++] = NULL;
	}
	loop->owners[fd] = item;
	item->fd = fd;
}

bool pk_loop_watch(struct pk_loop *loop, struct pk_loop_item *item, int fd, bool read, bool write,
	uint64_t at_ms)
{
	set_time(loop, item, at_ms);
	if (item->fd != fd)
		drop_fd(loop, item);
	if (fd < 0)
		return true;
	struct epoll_event event = {.events = EPOLLONESHOT | EPOLLRDHUP, .data.fd = fd};
	if (read)
		event.events |= EPOLLIN;
	if (write)
		event.events |= EPOLLOUT;
	/* What was closed has been forgotten by the system, whatever we remember. */
	int first = owns(loop, item) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int second = first == EPOLL_CTL_MOD ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
	if (epoll_ctl(loop->poll, first, fd, &event) != 0 &&
		epoll_ctl(loop->poll, second, fd, &event) != 0)
		return false;
	set_owner(loop, fd, item);
	return true;
}

void pk_loop_wake(struct pk_loop *loop, struct pk_loop_item *item)
{
	if (item->is_ready)
		return;
	item->is_ready = true;
	loop->ready_count++;
	item->next = NULL;
	item->before = loop->last_ready;
	if (loop->last_ready != NULL)
		loop->last_ready->next = item;
	else
		loop->first_ready = item;
	loop->last_ready = item;
}

static void unready(struct pk_loop *loop, struct pk_loop_item *item)
{
	if (!item->is_ready)
		return;
	item->is_ready = false;
	loop->ready_count--;
	if (item->before != NULL)
		item->before->next = item->next;
	else
		loop->first_ready = item->next;
	if (item->next != NULL)
		item->next->before = item->before;
	else
		loop->last_ready = item->before;
}

void pk_loop_forget(struct pk_loop *loop, struct pk_loop_item *item)
{
	set_time(loop, item, PK_NEVER);
	drop_fd(loop, item);
	unready(loop, item);
}

/* --- Waiting --- */

static int wait_ms(const struct pk_loop *loop, uint64_t until_ms)
{
	if (loop->time_count > 0 && loop->times[0]->at_ms < until_ms)
		until_ms = loop->times[0]->at_ms;
	if (loop->first_ready != NULL)
		return 0;
	if (until_ms == PK_NEVER)
		return -1;
	uint64_t now_ms = pk_loop_now_ms();
	if (until_ms <= now_ms)
		return 0;
	return until_ms - now_ms < INT_MAX ? (int)(until_ms - now_ms) : INT_MAX;
}

bool pk_loop_wait(struct pk_loop *loop, uint64_t until_ms)
{
	struct epoll_event events[EVENTS];
	int got = epoll_wait(loop->poll, events, EVENTS, wait_ms(loop, until_ms));
	if (got < 0 && errno != EINTR)
		return false;
	for (int i = 0; i < got; i++) {
		size_t fd = (size_t)events[i].data.fd;
		if (fd < loop->owner_count && loop->owners[fd] != NULL)
			pk_loop_wake(loop, loop->owners[fd]);
	}
	uint64_t now_ms = pk_loop_now_ms();
	while (loop->time_count > 0 && loop->times[0]->at_ms <= now_ms) {
		struct pk_loop_item *item = loop->times[0];
		set_time(loop, item, PK_NEVER);
		pk_loop_wake(loop, item);
	}
	return true;
}

size_t pk_loop_count_ready(const struct pk_loop *loop)
{
	return loop->ready_count;
}

struct pk_loop_item *pk_loop_take(struct pk_loop *loop)
{
	struct pk_loop_item *item = loop->first_ready;
	if (item != NULL)
		unready(loop, item);
	return item;
}
