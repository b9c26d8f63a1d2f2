using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>Why joining failed, in words.</summary>
public static class EnrolProblems
{
    public static Problem NotADashboard(Uri address) => new(
        "not_a_dashboard", "No EdgeMesh dashboard there.", $"{Host(address)} answers, but not as an EdgeMesh dashboard with LAN access.", "Check the address and the port.");

    public static Problem NobodyThere(Uri address) => new(
        "nobody_there", "Nothing answers there.", $"Nothing answers at {Host(address)}.", "Is the dashboard running, with LAN access on, and reachable from this network?");

    public static Problem TooSlow(Uri address) => new(
        "no_answer_in_time", "No answer in time.", $"{Host(address)} did not answer in time.", "Check the network; the agent tries again.");

    public static Problem Busy(Uri address) => new(
        "dashboard_busy", "The dashboard is busy.", $"The dashboard at {Host(address)} is busy: it has no place for another connection now.", "The agent tries again by itself; the dashboard's log names who has the places.");

    public static Problem Closed(Uri address) => new(
        "connection_closed", "The connection was closed at once.", $"{Host(address)} closed the connection at once: it may have too many connections of this network.",
        "The agent tries again by itself; if it happens again, the dashboard's log says why.");

    public static Problem OtherMesh(Uri address, KeyPin wanted) => new(
        "authority_other", "Another mesh answers there.",
        $"{Host(address)} does not have the CA {wanted.Short} that this device was told to trust.", "Make a new token with \"Add a device\" on the right dashboard; if you did just that, somebody is in between.");

    public static Problem NotTrusted(Uri address) => new(
        "server_not_trusted", "The dashboard did not prove itself.",
        $"What answers at {Host(address)} has no valid certificate of this mesh's CA.",
        "Check this device's clock and the address. If both are right, another machine answers there, or something in between opens TLS.");

    public static Problem OtherOrchestrator(Uri address) => new(
        "orchestrator_other", "Another dashboard answers there.", $"{Host(address)} is a dashboard, but not the one that this device was told to join.", "Check the address; to join this one too, make a token on it.");

    public static Problem NotProved(Uri address) => new(
        "orchestrator_not_proved", "The dashboard did not prove itself.", $"What answers at {Host(address)} says it is a dashboard, but does not have that dashboard's key. Nothing was sent to it.",
        "Look which program has that port: another one may have taken it while the dashboard was stopped. A forwarded port must have the dashboard's own number.");

    public static Problem CodeChanges(Uri address) => new(
        "join_code_changes", "The code keeps changing.", $"What answers at {Host(address)} began anew again and again, so no code can be compared.", "Join with a token from \"Add a device\", and restart the agent.");

    public static Problem NotJoinedThere(Uri address) => new(
        "not_joined_there", "This device has not joined the dashboard there.", $"The dashboard at {Host(address)} is not one that this device has joined.", "Make a token with \"Add a device\" on its Fleet page and start the agent with it.");

    public static Problem TokenUnknownThere(Uri address) => new(
        "token_invalid", "The token is not known there.", $"What answers at {Host(address)} did not make this token, or has revoked it. Nothing was sent to it.",
        "Check the address, and make a new token with \"Add a device\" on the dashboard's Fleet page.");

    public static Problem VersionMismatch(Uri address, bool agentIsOlder) => new(
        "version_mismatch", "The versions do not fit.", $"{Host(address)} speaks another version of EdgeMesh's protocol.", agentIsOlder ? "Update this agent." : "Update the dashboard.");

    /// <summary>What an exception of a connection means.</summary>
    public static Problem Of(Exception exception, Uri address)
    {
        for (var e = exception; e is not null; e = e.InnerException!)
        {
            if (e is HttpRequestException { StatusCode: { } status } && IsBusy(status))
            {
                return Busy(address);
            }

            if (e is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } ||
                (e is IOException { InnerException: null } and not HttpIOException && exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }))
            {
                return Closed(address);
            }

            if (e is AuthenticationException)
            {
                return NotTrusted(address);
            }

            if (e is SocketException)
            {
                return NobodyThere(address);
            }
        }

        return exception is OperationCanceledException ? TooSlow(address) : NotADashboard(address);
    }

    /// <summary>Whether an answer means "later".</summary>
    public static bool IsBusy(HttpStatusCode status) => status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests;

    private static string Host(Uri address) => address.Authority;
}
