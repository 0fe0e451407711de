#include "common.h"

#include <bcrypt.h>
#include <stdarg.h>
#include <stdlib.h>

bool standin_fault(const wchar_t *name, unsigned *value_out)
{
	wchar_t path[MAX_PATH];
	swprintf(path, MAX_PATH, STANDIN_FOLDER L"faults\\%ls", name);
	char *text = standin_read(path, NULL);
	if (text == NULL)
		return false;
	if (value_out != NULL)
		*value_out = (unsigned)strtoul(text, NULL, 10);
	free(text);
	return true;
}

void standin_suffer(void)
{
	unsigned seconds;
	if (standin_fault(L"slow", &seconds))
		Sleep(seconds * 1000);
	if (standin_fault(L"hang", NULL))
		Sleep(INFINITE);
	if (standin_fault(L"crash", NULL))
		TerminateProcess(GetCurrentProcess(), 0xC0000005);
}

char *standin_read(const wchar_t *path, size_t *len_out)
{
	FILE *file = _wfopen(path, L"rb");
	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	size_t len = (size_t)ftell(file);
	rewind(file);
	char *bytes = malloc(len + 1);
	len = fread(bytes, 1, len, file);
	bytes[len] = '\0';
	fclose(file);
	if (len_out != NULL)
		*len_out = len;
	return bytes;
}

void standin_note(const wchar_t *name, const char *format, ...)
{
	wchar_t path[MAX_PATH];
	swprintf(path, MAX_PATH, STANDIN_FOLDER L"%ls", name);
	FILE *file = _wfopen(path, L"ab");
	if (file == NULL)
		return;
	va_list values;
	va_start(values, format);
	vfprintf(file, format, values);
	va_end(values);
	fputc('\n', file);
	fclose(file);
}

void standin_now(char out[40])
{
	SYSTEMTIME now;
	GetSystemTime(&now);
	snprintf(out, 40, "%04u-%02u-%02uT%02u:%02u:%02u.%03u0000Z", now.wYear, now.wMonth,
		now.wDay, now.wHour, now.wMinute, now.wSecond, now.wMilliseconds);
}

bool standin_hash(char out[65], enum standin_hash kind, const void *bytes, size_t len)
{
	static const wchar_t *const names[] = {
		BCRYPT_SHA1_ALGORITHM, BCRYPT_MD5_ALGORITHM, BCRYPT_SHA256_ALGORITHM};
	static const ULONG sizes[] = {20, 16, 32};
	BCRYPT_ALG_HANDLE algorithm;
	BCRYPT_HASH_HANDLE hash;
	UCHAR digest[32];
	if (BCryptOpenAlgorithmProvider(&algorithm, names[kind], NULL, 0) != 0)
		return false;
	bool done = BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, 0) == 0 &&
		BCryptHashData(hash, (PUCHAR)bytes, (ULONG)len, 0) == 0 &&
		BCryptFinishHash(hash, digest, sizes[kind], 0) == 0;
	BCryptCloseAlgorithmProvider(algorithm, 0);
	for (ULONG i = 0; done && i < sizes[kind]; i++)
		snprintf(out + 2 * i, 3, "%02X", digest[i]);
	return done;
}

void standin_self(wchar_t path[MAX_PATH], wchar_t name[MAX_PATH])
{
	GetModuleFileNameW(NULL, path, MAX_PATH);
	const wchar_t *last = wcsrchr(path, L'\\');
	lstrcpynW(name, last != NULL ? last + 1 : path, MAX_PATH);
	wchar_t *point = wcsrchr(name, L'.');
	if (point != NULL)
		*point = L'\0';
}

/* A service with all rights, or NULL. */
static SC_HANDLE open_service(const wchar_t *name)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
	SC_HANDLE service = OpenServiceW(manager, name, SERVICE_ALL_ACCESS);
	CloseServiceHandle(manager);
	return service;
}

bool standin_service_create(const wchar_t *name, const wchar_t *path, bool kernel)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
	SC_HANDLE service = CreateServiceW(manager, name, name, SERVICE_ALL_ACCESS,
		kernel ? SERVICE_KERNEL_DRIVER : SERVICE_WIN32_OWN_PROCESS,
		kernel ? SERVICE_BOOT_START : SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, path, NULL,
		NULL, NULL, NULL, NULL);
	if (service != NULL)
		CloseServiceHandle(service);
	CloseServiceHandle(manager);
	return service != NULL;
}

/* State of a service, 0 if there is none. */
static DWORD service_state(const wchar_t *name)
{
	SERVICE_STATUS status = {0};
	SC_HANDLE service = open_service(name);
	if (service == NULL)
		return 0;
	QueryServiceStatus(service, &status);
	CloseServiceHandle(service);
	return status.dwCurrentState;
}

bool standin_service_exists(const wchar_t *name)
{
	return service_state(name) != 0;
}

bool standin_service_running(const wchar_t *name)
{
	return service_state(name) == SERVICE_RUNNING;
}

bool standin_service_start(const wchar_t *name)
{
	SC_HANDLE service = open_service(name);
	if (service == NULL)
		return false;
	bool started =
		StartServiceW(service, 0, NULL) || GetLastError() == ERROR_SERVICE_ALREADY_RUNNING;
	CloseServiceHandle(service);
	for (int i = 0; started && i < 500 && !standin_service_running(name); i++)
		Sleep(10);
	return started && standin_service_running(name);
}

void standin_service_stop(const wchar_t *name)
{
	SERVICE_STATUS status;
	SC_HANDLE service = open_service(name);
	if (service == NULL)
		return;
	ControlService(service, SERVICE_CONTROL_STOP, &status);
	CloseServiceHandle(service);
	for (int i = 0; i < 500 && service_state(name) > SERVICE_STOPPED; i++)
		Sleep(10);
}

void standin_service_remove(const wchar_t *name)
{
	wchar_t key[MAX_PATH];
	standin_service_stop(name);
	SC_HANDLE service = open_service(name);
	if (service != NULL) {
		DeleteService(service);
		CloseServiceHandle(service);
	}
	swprintf(key, MAX_PATH, SERVICES_KEY L"%ls", name);
	RegDeleteTreeW(HKEY_LOCAL_MACHINE, key);
}

static SERVICE_STATUS_HANDLE serving;
static HANDLE stopped;

static void tell_state(DWORD state)
{
	SERVICE_STATUS status = {
		.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
		.dwCurrentState = state,
		.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0,
	};
	SetServiceStatus(serving, &status);
}

static DWORD WINAPI hear_control(DWORD control, DWORD type, void *data, void *context)
{
	(void)type;
	(void)data;
	(void)context;
	if (control == SERVICE_CONTROL_STOP)
		SetEvent(stopped);
	return NO_ERROR;
}

static void WINAPI serve(DWORD count, wchar_t **arguments)
{
	(void)count;
	stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
	serving = RegisterServiceCtrlHandlerExW(arguments[0], hear_control, NULL);
	tell_state(SERVICE_RUNNING);
	WaitForSingleObject(stopped, INFINITE);
	tell_state(SERVICE_STOPPED);
}

bool standin_service_serve(void)
{
	static wchar_t name[] = L"";
	const SERVICE_TABLE_ENTRYW table[] = {{name, serve}, {NULL, NULL}};
	return StartServiceCtrlDispatcherW(table);
}
