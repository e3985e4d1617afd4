// Calls for network namespaces and TUN devices that Swift cannot make: functions of variable arguments, macros of <sys/socket.h>,
// and what glibc declares under _GNU_SOURCE only. Each gives a descriptor or 0, or the negated error number.
#ifndef CLINUX_NETWORK_H
#define CLINUX_NETWORK_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/// Moves the calling thread to a network namespace of its own (unshare(2)).
static inline int clinux_unshare_network(void) {
    return syscall(SYS_unshare, CLONE_NEWNET) == 0 ? 0 : -errno;
}

/// Moves the calling thread to the network namespace of a descriptor (setns(2)).
static inline int clinux_enter_network(int descriptor) {
    return syscall(SYS_setns, descriptor, CLONE_NEWNET) == 0 ? 0 : -errno;
}

/// Makes a TUN device in the calling thread's network namespace, which is there as long as its descriptor: packets as IP has them,
/// nothing in front, and none longer than the MTU (Documentation/networking/tuntap.rst of the kernel).
static inline int clinux_open_tun(const char *name) {
    struct ifreq request;
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0) return -errno;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(tun, TUNSETIFF, &request) == 0) return tun;
    int error = errno;
    close(tun);
    return -error;
}

static inline int clinux_put_address(int control, unsigned long call, struct ifreq *request, uint32_t address) {
    struct sockaddr_in place;
    memset(&place, 0, sizeof place);
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(address);
    memcpy(&request->ifr_addr, &place, sizeof place);
    return ioctl(control, call, request);
}

/// Has a device keep so many packets for its reader (rtnetlink(7)): the ioctl for it is for the first user namespace's root alone.
static inline int clinux_set_device_queue(const char *name, uint32_t packets) {
    struct {
        struct nlmsghdr head;
        struct ifinfomsg link;
        struct rtattr attribute;
        uint32_t packets;
    } request;
    struct {
        struct nlmsghdr head;
        struct nlmsgerr answer;
        char rest[256];
    } reply;
    int control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (control < 0) return -errno;
    memset(&request, 0, sizeof request);
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = RTM_NEWLINK;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.link.ifi_family = AF_UNSPEC;
    request.link.ifi_index = (int)if_nametoindex(name);
    request.attribute.rta_type = IFLA_TXQLEN;
    request.attribute.rta_len = RTA_LENGTH(sizeof request.packets);
    request.packets = packets;
    int error = 0;
    if (send(control, &request, sizeof request, 0) < 0 || recv(control, &reply, sizeof reply, 0) < 0) {
        error = errno;
    } else if (reply.head.nlmsg_type == NLMSG_ERROR) {
        error = -reply.answer.error;
    }
    close(control);
    return -error;
}

/// Sets an interface up (netdevice(7)): with an address, a mask and an MTU, unless the address is 0.
static inline int clinux_set_up_interface(const char *name, uint32_t address, uint32_t mask, int mtu) {
    struct ifreq request;
    int error = 0;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -errno;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (address != 0) {
        if (clinux_put_address(control, SIOCSIFADDR, &request, address) < 0) error = errno;
        if (!error && clinux_put_address(control, SIOCSIFNETMASK, &request, mask) < 0) error = errno;
        request.ifr_mtu = mtu;
        if (!error && ioctl(control, SIOCSIFMTU, &request) < 0) error = errno;
    }
    if (!error && ioctl(control, SIOCGIFFLAGS, &request) < 0) error = errno;
    request.ifr_flags |= IFF_UP;
    if (!error && ioctl(control, SIOCSIFFLAGS, &request) < 0) error = errno;
    close(control);
    return -error;
}

/// A connection to an IPv4 address of the calling thread's network namespace, within so many seconds.
static inline int clinux_connect(uint32_t address, uint16_t port, int seconds) {
    struct timeval limit = {seconds, 0};
    struct sockaddr_in place;
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return -errno;
    memset(&place, 0, sizeof place);
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(address);
    place.sin_port = htons(port);
    // It bounds connect, too (socket(7)).
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(connection, (struct sockaddr *)&place, sizeof place) == 0) return connection;
    int error = errno;
    close(connection);
    return -error;
}

/// The length of a name that the kernel chooses for an abstract socket (unix(7), "Autobind feature").
enum { clinux_abstract_name_length = 5 };

/// A socket that listens at an abstract address of the kernel's choice, whose name is put to `name`.
static inline int clinux_listen_abstract(char *name) {
    struct sockaddr_un place;
    socklen_t length = sizeof place;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return -errno;
    memset(&place, 0, sizeof place);
    place.sun_family = AF_UNIX;
    if (bind(listener, (struct sockaddr *)&place, sizeof(sa_family_t)) == 0 && listen(listener, 16) == 0
        && getsockname(listener, (struct sockaddr *)&place, &length) == 0) {
        memcpy(name, place.sun_path + 1, clinux_abstract_name_length);
        return listener;
    }
    int error = errno;
    close(listener);
    return -error;
}

/// A connection to such a socket, each read and write of which ends within so many seconds.
static inline int clinux_connect_abstract(const char *name, int seconds) {
    struct timeval limit = {seconds, 0};
    struct sockaddr_un place;
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return -errno;
    memset(&place, 0, sizeof place);
    place.sun_family = AF_UNIX;
    memcpy(place.sun_path + 1, name, clinux_abstract_name_length);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + clinux_abstract_name_length;
    if (connect(connection, (struct sockaddr *)&place, length) == 0) return connection;
    int error = errno;
    close(connection);
    return -error;
}

/// Whether whoever is at the other end of a Unix socket is this process's user (SO_PEERCRED).
static inline int clinux_is_own_user(int connection) {
    struct { pid_t process; uid_t user; gid_t group; } peer;
    socklen_t length = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.user == geteuid();
}

/// Answers over a Unix socket with a descriptor (SCM_RIGHTS), or with a negated error number.
static inline int clinux_send_descriptor(int connection, int descriptor) {
    int32_t word = descriptor < 0 ? descriptor : 0;
    union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec part = {&word, sizeof word};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    }
    return sendmsg(connection, &message, MSG_NOSIGNAL) == (ssize_t)sizeof word ? 0 : -errno;
}

/// Receives what the other end has answered.
static inline int clinux_receive_descriptor(int connection) {
    int32_t word = 0;
    int descriptor = -EBADMSG;
    union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec part = {&word, sizeof word};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    ssize_t count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (count < 0) return -errno;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
        memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
    } else if (count == (ssize_t)sizeof word && word < 0) {
        descriptor = word;
    }
    return descriptor;
}

/// Waits for descriptors for that many nanoseconds, or for as long as it takes where they are less than none (ppoll(2)).
static inline int clinux_poll(struct pollfd *descriptors, unsigned count, int64_t nanoseconds) {
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    long found = syscall(SYS_ppoll, descriptors, count, nanoseconds < 0 ? NULL : &limit, NULL, 0);
    return found >= 0 ? (int)found : -errno;
}

#endif
