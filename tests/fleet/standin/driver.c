/*
 * Stand-in for Sysmon's driver on test endpoints: Wine loads it as a kernel driver, so that its
 * service runs, and can be stopped. It does nothing.
 */
#include <ddk/wdm.h>

static void NTAPI unload(PDRIVER_OBJECT driver)
{
	(void)driver;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
	(void)path;
	driver->DriverUnload = unload;
	return STATUS_SUCCESS;
}
