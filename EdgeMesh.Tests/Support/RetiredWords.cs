using System.Text.RegularExpressions;

namespace EdgeMesh.Tests.Support;

/// <summary>
/// Sayings that pages and messages used once and that people had to read twice, each with what is said instead. None may come back, in a text of the code or on a page.
/// </summary>
public static class RetiredWords
{
    // What was said (a regular expression, any case), what is said now.
    private static readonly (string Said, string Now)[] s_table =
    [
        (@"\ban assumption from the hardware", "Estimated from the hardware"),
        (@"\bthe first run makes it exact", "The first run will improve it"),
        (@"\bprior\b|\bno run yet\b", "estimate, not run yet"),
        (@"\bborrowed\b(?! =)", "from a run on another device"),
        (@"\bplainer model\b", "Smaller model"),
        (@"\bthe better model\b", "Best model available"),
        (@"\bhas a part of the work\b", "Runs part of it"),
        (@"\bthey share the work\b", "The work is shared"),
        (@"(?<!\$)\bp[59]0\b(?! =)", "Typical, 9 of 10"),
        (@"\boff by\b", "Difference"),
        (@"\breasons are beside\b", "The reasons are on the right (below, on a phone)"),
        (@"\bmissed beats\b", "It has not answered for 2 s"),
        (@"^look at it\W*$", "Open device"),
        (@"\bno word yet\b", "Nothing yet"),
        (@"\b(none|\d+|\{\d\}) tried again\b", "no retries, 1 retry"),
        (@"\bran on: unknown\b", "Accelerator unknown: the server does not report it"),
        (@"^its own key\W*$", "Signed by the device's own key"),
        (@"\bthe answer was broken\b", "The connection to the model broke off"),
        (@"\bif it stays, look\b", "If it happens again, look"),
        (@"\bwhat its runs taught\b", "Learned from past runs"),
        (@"\bhow good it is said to be\b|\btier \d", "quality 3 of 5"),
        (@"\brun it there so often\b", "Run it 20 times there and measure"),
        (@"\bthere, checked\b|\bhere since\b", "Installed and verified, Downloaded"),
        (@"\b(are|is) freed there\b", "This frees 13.3 MB there"),
        (@"\bwhat is already here is kept\b", "what was fetched is kept"),
        (@"\bpage of another site sent\b", "This request did not come from the dashboard's own page"),
        (@"\bsave one in settings\b", "Enter it under Connect"),
        (@"\bno usable configuration\b", "Not checked yet"),
        (@"\bstarted again meanwhile\b", "even if the dashboard restarts meanwhile"),
        (@"^made by\b(?! the EdgeMesh emulator)", "Created by"),
        (@"\bnothing found that the service would refuse\b", "Ready to send"),
        (@"\bwho may come in\b", "Access"),
        (@"\breplace the authority\b", "Replace the certificate authority"),
        (@"\bmake a new one with\b", "Make a new token with"),
        (@"\bthere is no device yet\b|\bno device has joined this mesh\b", "No device has joined yet"),
        (@"\bcanary\b", "check"),
        (@"\bare none of\b", "what is wrong and what it needs"),
        (@"\b(is|are) (no|not) one\b\W*$", "what is wrong and what it needs"),
    ];

    private static readonly (Regex Said, string Now)[] s_words =
        [.. s_table.Select(w => (new Regex(w.Said, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)), w.Now))];

    /// <summary>The first one in a text with what is said instead; null when there is none.</summary>
    public static string? In(string text) =>
        s_words.Select(w => w.Said.Match(text) is { Success: true } found ? $"“{found.Value}”: say “{w.Now}”" : null).FirstOrDefault(f => f is not null);
}
